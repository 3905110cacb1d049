"""A Streamlit dashboard on the stored runs: it shows what they say and computes nothing."""
