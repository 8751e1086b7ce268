"""What a recipient can learn: what lasts, what joins, what a hash hides, where the phone was.

Reads findings and times alone; every assumption is a value that is printed beside the result.
"""
