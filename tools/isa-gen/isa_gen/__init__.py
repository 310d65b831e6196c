"""Generator of the instruction table: TableGen records in, C++, Python and Markdown out."""
