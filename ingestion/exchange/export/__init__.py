"""Lists as files: workbook, CSV, and for publications BibTeX and a Word list in GB/T 7714."""
