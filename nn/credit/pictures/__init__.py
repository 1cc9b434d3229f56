"""The credit graph: where everything stands, how it is drawn, and the page that steps through it."""
