"""The styles and their titles, and the net that they all share, in two grades.

How each is drawn from the net's fields is the recipe (`draw`) in its entry of the manifest.
"""

from .nets import DrawnNet, FineDrawnNet

STYLES = {
    "toon": "Toon",
    "comic": "Comic",
    "manga": "Manga",
    "pencil": "Pencil",
    "watercolour": "Watercolour",
    "udnie": "Udnie",
    "great-wave": "Great Wave",
    "scream": "Scream",
    "forms": "Forms",
}
GRADES = {"live": DrawnNet, "fine": FineDrawnNet}
