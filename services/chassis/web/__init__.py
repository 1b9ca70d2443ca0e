"""Pages: layout, components, formats, session and the files they fetch."""
