"""One module per engine. Each gives `load(settings) -> Engine`; the table in __main__.py names them."""
