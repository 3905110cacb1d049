"""A multilayer perceptron as a scikit-learn classifier."""
