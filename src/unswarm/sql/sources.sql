-- Traces of the source of each co-action on its object.
-- Kept by itself: an optimizer that joins these with each other first pairs a viral object.
SELECT k.signal AS signal, k.source AS source, k.target AS target, k.object AS object,
    n.time AS time, n.place AS place
FROM co_action k
JOIN numbered n ON n.signal = k.signal AND n.object = k.object AND n.account = k.source
