"""From a table that passed its gate to models and their predictions; the only door to the audit is ``training.handover``."""
