# Two stages: the first installs exactly what the lock names, the second holds the result and nothing that builds.
FROM python:3.13-slim AS build
COPY requirements.lock /build/
RUN python -m venv /venv && \
    /venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --only-binary :all: --require-hashes -r /build/requirements.lock

FROM python:3.13-slim
COPY --from=build /venv /venv
COPY bot /app/bot
COPY cogs /app/cogs
# The bot may not write there, and would compile itself at every start.
RUN python -m compileall -q /app && \
    useradd --system --uid 10001 --home-dir /data --create-home bot
ENV PATH=/venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
# Where the ledger is by default. No variable says so: it would win over the database.url of a config.toml.
WORKDIR /data
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-m", "bot.alive"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run", "--config", "/config/config.toml"]
