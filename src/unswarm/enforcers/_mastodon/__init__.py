"""The parts of the enforcer `mastodon`: calls, what a server can do, accounts, reports, blocks."""
