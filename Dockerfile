# cargohub in a container: docs/install.md. tests/test_packaging.py runs the steps below in a clean environment.
FROM python:3.13-slim

ARG EXTRAS=office,study
ENV VIRTUAL_ENV=/opt/cargohub
ENV PATH=$VIRTUAL_ENV/bin:$PATH
ENV WORK=/work
ENV XDG_CACHE_HOME=/work/.cache
ENV MPLCONFIGDIR=/tmp/matplotlib

WORKDIR /source
COPY CITATION.cff LICENSE README.md constraints.txt pyproject.toml ./
COPY configs configs
COPY experiments experiments
COPY sim sim
RUN python -m venv $VIRTUAL_ENV
RUN python -m pip install --no-cache-dir --disable-pip-version-check -c constraints.txt ".[$EXTRAS]"
RUN mkdir -p $WORK && chmod 1777 $WORK

# Not root; any other user will do as well, as the one who owns the folder of runs.
USER 10001:10001
WORKDIR /work
VOLUME /work
ENTRYPOINT ["cargohub"]
CMD ["--help"]
