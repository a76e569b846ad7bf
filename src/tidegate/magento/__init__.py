"""The store's REST API: client, paging, reading into documents, writing from them."""
