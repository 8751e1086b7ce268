"""vitne beside tshark over every capture of the corpus."""
