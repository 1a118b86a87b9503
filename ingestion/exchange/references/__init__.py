"""Bibliographic entries → records: documents by kind, what stands already, previews, researchers' drafts."""
