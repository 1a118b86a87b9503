"""Reading the published files: the only part of ``dashboards`` that other packages may import.

Imports no Streamlit. ``reader`` is the only opener of published files, ``sandbox`` the only runner of
analysts' SQL, ``numbers`` the only place where a figure is computed for a page.
"""
