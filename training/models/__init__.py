"""One family of models per file; the file's name is the candidate's name in the config."""

from training.by_file import Folder
from training.models.family import Family

_folder: Folder[Family] = Folder(__name__, "family", "training: candidates", "candidate")
names, family = _folder.names, _folder.load
