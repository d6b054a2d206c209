-- Who has what, in one kind of tie: each account and object once, blanks left out.
SELECT DISTINCT trim(h.account) AS account, trim(h.object) AS object
FROM ({rows}) AS h
JOIN account AS a ON a.account = trim(h.account)
WHERE trim(h.object) <> ''
ORDER BY account, object
