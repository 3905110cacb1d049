"""What the dashboard shows, one page per file.

Streamlit runs a file of this folder by itself when the last part of an address is its name, so no file here is named like an address in ``app.py``.
"""
