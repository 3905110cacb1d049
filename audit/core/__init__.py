"""The nouns every other folder speaks: Subject, Ask, Check, Measurement, Limit, Exhibit, Result and Run."""
