# The hub in a small image: wheels are built in the first stage, and nothing that builds is in the second.
FROM python:3.12-slim AS build
RUN pip install --no-cache-dir "uv==0.13.9"
ENV UV_PROJECT_ENVIRONMENT=/opt/tidegate UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_PYTHON_DOWNLOADS=never
WORKDIR /build
# Dependencies first: they change less often than the program.
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --frozen --no-dev --no-install-project --extra postgresql --extra workers
COPY src src
RUN uv sync --frozen --no-dev --no-editable --extra postgresql --extra workers

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/tidegate --shell /usr/sbin/nologin tidegate \
    && install -d -o tidegate -g tidegate -m 0700 /var/lib/tidegate
COPY --from=build /opt/tidegate /opt/tidegate
ENV PATH=/opt/tidegate/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    TIDEGATE_CONFIG=/etc/tidegate/tidegate.toml \
    TIDEGATE_HEALTH=http://127.0.0.1:8900/health
USER 10001
WORKDIR /var/lib/tidegate
VOLUME /var/lib/tidegate
EXPOSE 8900
STOPSIGNAL SIGTERM
# Whether the process answers and its ledger can be read; a halted connection is no reason to restart.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(os.environ['TIDEGATE_HEALTH'], timeout=4)"]
ENTRYPOINT ["tidegate"]
CMD ["run"]
