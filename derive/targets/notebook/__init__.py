"""What a notebook is made of: cells, the functions of train.py, a data set that suits the network."""
