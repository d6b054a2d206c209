-- The traces of one signal by members of networks.
SELECT t.signal AS signal, t.account AS account, t.object AS object, t.time AS time
FROM trace t SEMI JOIN member USING (account) WHERE t.signal = '{signal}'
