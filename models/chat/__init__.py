"""What chat models share: tools as servers take them, prompted calls, recorded answers."""
