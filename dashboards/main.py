"""The entry script: Streamlit runs it for every rerun. It must stay small; see frame.py and navigation.py."""

from dashboards import frame

frame.run()
