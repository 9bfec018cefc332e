FROM python:3.11-slim-bookworm
ENV PACESETTER_DATA=/data PYTHONUNBUFFERED=1
WORKDIR /app
# LightGBM is built against it.
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/*
COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY pacesetter pacesetter
RUN pip install --no-cache-dir --no-deps . && useradd --create-home pacesetter && mkdir /data && chown pacesetter /data
USER pacesetter
VOLUME /data
EXPOSE 8000
HEALTHCHECK CMD python -c "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz')"
CMD ["pacesetter", "up", "--host", "0.0.0.0", "--no-demo"]
