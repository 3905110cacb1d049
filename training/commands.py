"""The verbs ``train`` and ``run`` of the command line. Nothing heavy is imported until one is called."""

from audit.console import project_command

train = project_command("training.verbs:train", "Train models on data whose gate passed, and choose one on the validation rows.")
run = project_command("training.verbs:run", "Gate the data, train models on them, and audit the one that was chosen.")
