# One image for every part: server, services, worker, portal. See docs/how-to/many-machines.md.
# Its pg_dump has to be of PostgreSQL's own version or a later one: bookworm's is 15, like compose.yaml's.
FROM python:3.11-slim-bookworm

RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql-client \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --create-home rectify \
 && install -d -o rectify -g rectify -m 700 /data /data/evidence /data/jobs /data/backups

WORKDIR /opt/rectify
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md prefect.yaml ./
COPY policy policy
COPY models models
COPY tasks tasks
COPY flows flows
COPY portal portal
RUN pip install --no-cache-dir --no-deps --no-build-isolation -e .

USER rectify
ENV RECTIFY_HOME=/data
ENTRYPOINT ["rectify"]
