"""Ways to correct the predictions of a chosen model, one per file; the file's name is the method's name in the config."""

from training.by_file import Folder
from training.mitigate.method import Mitigation

_folder: Folder[Mitigation] = Folder(__name__, "method", "training: mitigate: method", "method")
names, method = _folder.names, _folder.load
