-- Traces with company, numbered within their object.
SELECT signal, account, object, time,
    row_number() OVER (PARTITION BY signal, object ORDER BY time, account) AS place
FROM company
