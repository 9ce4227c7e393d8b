"""Workbook files (OOXML): looked over, read, and changed cell by cell. Knows no register."""
