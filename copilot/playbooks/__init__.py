"""Cards and exemplars: the content that every suggestion rests on."""
