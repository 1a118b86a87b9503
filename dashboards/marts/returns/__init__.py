"""年底统计: the ministry's year-end tables as drafts from the published figures, cell by cell, each opening its records.

``tables`` declares them, ``money``, ``projects``, ``outcomes``, ``people`` and ``exchange`` read the records, ``cells`` makes a draft,
``checks`` judges it, ``opened`` lists what stands behind a cell, ``template`` fills the form. No Streamlit here: snapshots
use it too.
"""
