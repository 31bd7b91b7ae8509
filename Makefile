# Các lệnh của cổng thông tin. Gõ “make” để xem danh sách.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help run dev test stress faults lint audit observatory attack security bench hosts release-dump guide messages lock clean

help:
	@echo "make run      chạy trang (lần đầu tự cài đặt); PORT=8001 để đổi cổng"
	@echo "make dev      chạy để lập trình, tự nạp lại khi sửa mã"
	@echo "make test     mọi kiểm thử, trên SQLite và PostgreSQL; ARGS=\"-k tên\" để chọn"
	@echo "make stress   các phép thử dài: nhiều người cùng sửa, trình duyệt bị tắt giữa chừng"
	@echo "make faults   tắt cơ sở dữ liệu, Redis, tiến trình, làm đầy đĩa khi trang đang chạy; ARGS=postgresql để chọn"
	@echo "make lint     kiểm tra mã nguồn, dịch, di trú cơ sở dữ liệu"
	@echo "make audit    kiểm tra độc lập: HTML, số byte, Lighthouse; ARGS=weight để chọn"
	@echo "make observatory  điểm của MDN Observatory cho trang đứng sau nginx, có TLS"
	@echo "make attack   thử các chuỗi tấn công trong FILE qua mọi cửa, mọi trang, bằng Chromium thật"
	@echo "make security quét mã và trang bằng bandit, wapiti, sqlmap (chừng 40 phút); ARGS=bandit để chọn"
	@echo "make bench    đo tốc độ các trang; ARGS=\"--sizes 1000 --databases sqlite\" để chọn"
	@echo "make hosts    chạy thử trên nhiều máy chủ (không gian mạng trên máy này; cần quyền root), tắt từng máy khi đang tải"
	@echo "make release-dump  giữ lại cơ sở dữ liệu nhỏ của bản phát hành này cho phép thử nâng cấp"
	@echo "make guide    chụp lại các hình trong hướng dẫn biên tập"
	@echo "make messages gom chuỗi cần dịch và biên dịch bản tiếng Việt"
	@echo "make lock     cập nhật phiên bản thư viện trong requirements*.lock"
	@echo "make clean    xoá môi trường ảo và tệp tạm; không xoá dữ liệu"

# One virtual environment; each lock file is installed once, and again when it changes.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Cần Python 3.11 trở lên. Trên Debian 12: apt-get install python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "Thiếu mô-đun venv của Python. Trên Debian: apt-get install python3-venv"; exit 1; }
	@echo "Tạo môi trường ảo .venv"
	@$(PYTHON) -m venv .venv

.venv/run.installed: requirements.lock | $(BIN)/python
	@echo "Cài thư viện"
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@touch $@

# Fourteen thousand files, of which the checks load a tenth: Python compiles what it loads.
.venv/dev.installed: requirements-dev.lock | $(BIN)/python
	@echo "Cài thư viện cho kiểm thử"
	@$(BIN)/python -m pip install --quiet --no-compile --require-hashes -r requirements-dev.lock
	@touch $@ .venv/run.installed

.env:
	@$(PYTHON) -m portal.dotenv .env

run: .venv/run.installed .env
	@exec $(BIN)/python manage.py start --host "$(HOST)" --port "$(PORT)"

dev: .venv/run.installed .env
	@DEBUG=true $(BIN)/python manage.py start --prepare
	@DEBUG=true exec $(BIN)/python manage.py runserver $(HOST):$(PORT)

test: .venv/dev.installed
	@tests/run $(ARGS)

stress: .venv/dev.installed
	@tests/run --stress $(ARGS)

faults: .venv/dev.installed
	@tests/faults/run $(ARGS)

lint: .venv/dev.installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	@export ENV_FILE=/dev/null SITE_URL=https://portal.example \
	  DATABASE_URL=sqlite:///.venv/lint.sqlite3 \
	  SECRET_KEY=$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))'); \
	set -ex; \
	$(BIN)/python manage.py makemigrations --check --dry-run; \
	$(BIN)/python manage.py check --deploy --fail-level WARNING

audit: .venv/dev.installed
	@tests/audit/run $(ARGS)

observatory: .venv/dev.installed
	@tests/security/observatory

attack: .venv/dev.installed
	$(BIN)/python -m tests.attack $(FILE)

security: .venv/dev.installed
	@tests/security/run $(ARGS)

bench: .venv/dev.installed
	@$(BIN)/python -m tests.bench $(ARGS)

hosts: .venv/dev.installed
	@command -v redis-server >/dev/null || tests/install redis-server
	@$(BIN)/python -m tests.hosts

release-dump: .venv/dev.installed
	@$(BIN)/python -m tests.releases

guide: .venv/dev.installed
	@$(BIN)/python -m tests.guide

messages: .venv/run.installed
	$(BIN)/python manage.py makemessages -l vi --no-location --no-wrap --no-obsolete -i .venv -i tests
	$(BIN)/python manage.py compilemessages -i .venv

lock: .venv/dev.installed
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 \
	  --generate-hashes --no-header --upgrade -q -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra hosts --universal --python-version 3.11 \
	  --generate-hashes --no-header --upgrade -q -o requirements-hosts.lock
	$(BIN)/uv pip compile pyproject.toml --group dev --extra hosts --universal --python-version 3.11 \
	  --generate-hashes --no-header --upgrade -q -o requirements-dev.lock

clean:
	rm -rf .venv staticfiles .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
