"""What a model's outputs rest on."""
