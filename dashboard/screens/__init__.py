"""What the dashboard shows, one page per file.

Not called ``pages``: beside ``app.py`` Streamlit takes a folder of that name for the pages themselves, and the first visitor who follows a
link to one of ours is told that it does not exist.
"""
