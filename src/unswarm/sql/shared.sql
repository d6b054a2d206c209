-- Pairs that wrote the same within a day, object by object.
SELECT source, target, object, time FROM co_action ORDER BY source, target, object
