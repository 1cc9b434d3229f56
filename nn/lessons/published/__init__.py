"""What was printed in books and articles, row by row, beside the network or expression it belongs to."""
