"""The verbs ``train`` and ``run`` of the command line. Nothing heavy is imported until one is called."""

from audit.console import project_command

train = project_command("training.verbs:train", "Train models on data that passed the gate.")
run = project_command("training.verbs:run", "Gate, train and audit, and write the report.")
