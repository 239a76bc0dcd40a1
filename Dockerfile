# One image for web, worker and scheduler; runs as a user without rights.
FROM node:24-bookworm-slim AS web
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --silent --omit=dev

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --home-dir /home/kitclinic kitclinic
WORKDIR /app
ENV KITCLINIC_STATIC_ROOT=/app/collected
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY --from=web /src/node_modules node_modules
COPY . .
RUN python -m kitclinic.frontend \
    && mkdir -p /app/var \
    && DATABASE_URL=postgresql://build@localhost/build KITCLINIC_SECRET_KEY=only-for-this-step \
       KITCLINIC_HOSTS=localhost python manage.py collectstatic --noinput \
    && chown -R kitclinic:kitclinic /app/var
USER kitclinic
EXPOSE 8000
CMD ["gunicorn", "kitclinic.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4"]
