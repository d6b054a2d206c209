-- Events on objects that have heavy events, with the pairs that passed and start from each account.
-- Kept by itself: an optimizer that joins these events with each other first pairs a viral object.
SELECT p.source AS source, p.target AS target, c.signal AS signal,
    c.object AS object, c.time AS time, c.others > {cap} AS is_heavy
FROM passing p
JOIN company c ON c.signal = p.signal AND c.account = p.source
SEMI JOIN heavy h ON h.signal = c.signal AND h.object = c.object
