"""One file for each kind of question: how a model of that kind is asked, what is written down."""
