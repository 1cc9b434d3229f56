"""Pictures: DOT text, drawn by Graphviz, finished as SVG."""
