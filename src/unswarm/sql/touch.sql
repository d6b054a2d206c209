-- One signal's rows in the shape all signals share; what a signal does not know is filled in safely.
SELECT '{signal}' AS signal, {priority} AS priority,
    CAST(account AS STRING) AS account, CAST(object AS STRING) AS object,
    CAST(time AS BIGINT) AS time, coalesce(CAST(post AS STRING), '') AS post,
    coalesce(CAST(post AS STRING), concat('at ', CAST(time AS STRING))) AS action,
    coalesce(reaction, TRUE) AS reaction, coalesce(CAST(born AS BIGINT), time) AS born,
    coalesce(CAST(source AS STRING), '') AS source,
    coalesce(CAST(precision AS BIGINT), 1) AS precision
FROM ({traces}) seen
