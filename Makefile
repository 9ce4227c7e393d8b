# One word per act; bare `make` prints the list. A target is the door scripts/<word>.py, and what stands behind ## is its help.
# Works with GNU make 3.81 and later, and with the .venv that Windows makes.

VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PY := $(BIN)/python
READY := $(VENV)/.ready
READY_TESTS := $(VENV)/.ready-tests

# The first of these that is new enough makes the .venv.
PYTHON := python3 python python3.14 python3.13 python3.12 python3.11

# What may stand behind the word. A value reaches its door letter by letter, because it travels in the
# environment, where neither make nor the shell reads it. Only what was typed counts: a stray FORCE in
# somebody's environment does nothing.
VALUES := SETTINGS TODAY MEMBERS SEED BACKUP TO NR KIND FOLDER AT GROUP WHO STREET FROM SIDE ADDRESS TEXT AREA
ARGS :=
SWITCHES := FORCE YES LIST OUTBOX UNDO TYPO ALL UNATTENDED OFF SEND LEFT MAIL
typed = $(filter command,$(origin $(1)))
GIVEN := $(foreach name,$(VALUES),$(if $(call typed,$(name)),$(name)))
ON := $(foreach name,$(SWITCHES),$(if $(call typed,$(name)),$(if $(filter-out 0 nee no false,$($(name))),$(name))))
STRANGE := $(foreach name,$(.VARIABLES),$(if $(call typed,$(name)),$(filter-out $(VALUES) $(SWITCHES) ARGS PYTHON OS,$(name))))
ifneq ($(strip $(STRANGE)),)
$(error Onbekend: $(strip $(STRANGE)). U kunt opgeven: $(VALUES) $(SWITCHES) ARGS)
endif
$(foreach name,$(GIVEN),$(eval override $(name) := $$(value $(name)))$(eval export $(name)))

small = $(shell echo $(1) | tr A-Z_ a-z-)
options = $(foreach name,$(ON),--$(call small,$(name))) $(foreach name,$(GIVEN),$${$(name):+--$(call small,$(name)) "$$$(name)"})
door = $(PY) scripts/$(subst -,_,$@).py $(options) $(ARGS)
# A door that did its work ends with 1 when there is something to look at. It has said so; to make that is no failure.
press = $(door) || { code=$$?; [ $$code -eq 1 ] || exit $$code; }
# Wheels only: what has to be built first runs its maker's code on this computer.
wheels = -m pip install --quiet --no-input --disable-pip-version-check --only-binary :all:
# With compiled modules kept, whatever the environment says: every worker and every door would else compile all of it again.
pytest = PYTHONDONTWRITEBYTECODE= $(PY) -m pytest -n auto --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help version menu sync check setup begin demo backup restore doctor preview test-mail sent resend bounces no-mail given bundle compare show forget rules-update number-update signs move relay where schedule test test-long lint audit bench pictures anew
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

help: ## laat deze lijst zien
	@echo 'make <woord>, waarbij <woord> is:'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-13s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo 'Erachter mag, bij elk woord dat met het register werkt:'
	@echo '  SETTINGS=bestand    een ander instellingenbestand dan config/settings.toml'
	@echo '  TODAY=2026-03-05    doen alsof het die dag is'
	@echo '  YES=1               niets vragen'
	@echo '  FORCE=1             doorgaan, ook als er opvallend veel tegelijk verandert, of de mailserver om rust vroeg'
	@echo '  ARGS="..."          andere keuzes; ARGS=--help laat ze zien'
	@echo
	@echo 'Staat er aan het einde Error 2, dan is er niets begonnen; bij Error 3 is het halverwege gestopt.'
	@echo 'Erboven staat dan wat u kunt doen.'

# A word that does not exist: the nearest that does. Only for what was typed, never for a file that is missing.
UNKNOWN := $(filter-out $(shell awk -F : '/^[a-z-]+:.*## / { print $$1 }' Makefile) anew $(READY) $(READY_TESTS),$(MAKECMDGOALS))
nearest = awk -v typed='$(1)' -F ':.*\#\# ' '\
	function least(a, b, c) { return a < b ? (a < c ? a : c) : (b < c ? b : c) } \
	function apart(a, b,   i, j, d) { \
	  for (i = 0; i <= length(a); i++) d[i, 0] = i; for (j = 0; j <= length(b); j++) d[0, j] = j; \
	  for (i = 1; i <= length(a); i++) for (j = 1; j <= length(b); j++) \
	    d[i, j] = least(d[i-1, j] + 1, d[i, j-1] + 1, d[i-1, j-1] + (substr(a, i, 1) != substr(b, j, 1))); \
	  return d[length(a), length(b)] } \
	/^[a-z-]+:.*\#\# / { far = apart(typed, $$1); if (near == "" || far < least_far) { near = $$1; least_far = far } } \
	END { print least_far <= 3 && least_far < length(near) ? " Bedoelde u " near "?" : " Typ make om te zien welke woorden er zijn." }' Makefile

ifneq ($(strip $(UNKNOWN)),)
.PHONY: $(UNKNOWN)
$(UNKNOWN):
	@echo "Dit woord bestaat niet: $@.$$($(call nearest,$@))" >&2; exit 2
endif

version: ## zegt welke versie van Buurtbeheer dit is
	@sed -n 's/^version = "\(.*\)"$$/Buurtbeheer \1/p' pyproject.toml

menu: $(READY) ## laat het menu zien dat ook Buurtbeheer.cmd, .command en .sh openen
	@$(press)

sync: $(READY) ## doet de hele ronde: lezen, controleren, meldingen en welkomstberichten
	@$(press)

check: $(READY) ## laat zien wat sync zou doen, en schrijft niets
	@$(press)

setup: $(READY) ## maakt een leeg register, of vult aan wat aan het uwe ontbreekt
	@$(press)

begin: $(READY) ## zet het voorbeeld opzij in een map met de datum, en maakt een leeg register
	@$(press)

demo: $(READY) ## maakt een voorbeeld met verzonnen mensen in een eigen map (MEMBERS=3600 SEED=1)
	@$(press)

backup: $(READY) ## bewaart een kopie van het register op deze computer, ook van dat bij Google
	@$(press)

restore: $(READY) ## zet een eerdere kopie van het register terug (LIST=1 toont ze, BACKUP=naam kiest er een)
	@$(press)

doctor: $(READY) ## kijkt na of alles klaarstaat, en zegt wat er te herstellen is
	@$(press)

preview: $(READY) ## zet alle mails van de volgende ronde op één bladzijde, en verstuurt niets
	@$(press)

test-mail: $(READY) ## stuurt elke soort mail één keer naar uzelf (TO=naam@voorbeeld.nl)
	@$(press)

sent: $(READY) ## schrijft op wie u met de hand welkom heette, of wiens mail toch aankwam (NR="D-0012 D-0013"), of dat u de map mail zelf verstuurde (OUTBOX=yes)
	@$(press)

resend: $(READY) ## laat een mail die niet aankwam nog eens gaan (NR=D-0012)
	@$(press)

bounces: $(READY) ## leest de mails die terugkwamen, en wie geen mail meer wil (FOLDER=map met .eml-bestanden)
	@$(press)

no-mail: $(READY) ## schrijft op dat iemand geen mail meer wil (NR=D-0012), of weer wel (NR=D-0012 UNDO=yes)
	@$(press)

given: $(READY) ## schrijft op dat u de contacten aan de beheerders gaf (GROUP=naam, of ALL=1 voor alle groepen)
	@$(press)

show: $(READY) ## laat zien wat er van iemand bewaard wordt, om te geven (WHO=D-0012, of het mobiel, het adres of de naam)
	@$(press)

forget: $(READY) ## vergeet iemand die weg is, overal (WHO=D-0012, of het mobiel, het adres of de naam; LEFT=1 voor allen die al lang weg zijn)
	@$(press)

bundle: $(READY) ## laat een beheerder alle contacten nog eens krijgen (GROUP=naam WHO=D-0007)
	@$(press)

compare: $(READY) ## vergelijkt een WhatsApp-groep met de lijst: plak de deelnemers, of geef een bestand (GROUP="Tuindorp" FROM=lijst.txt)
	@$(press)

rules-update: $(READY) ## mailt het verschil aan wie een oudere versie van de spelregels heeft (TYPO=yes: er is alleen een tikfout verbeterd)
	@$(press)

number-update: $(READY) ## mailt het nieuwe nummer van de regiegroep aan wie een ander nummer kreeg (ALL=yes ook aan wie misschien)
	@$(press)

move: $(READY) ## verplaatst een straat naar een andere groep, met wie er wonen (STREET="Florastraat" GROUP="Tuindorp Oost", en voor een deel FROM=1 TO=40 SIDE=even)
	@$(press)

relay: $(READY) ## zet nieuws klaar waar bewoners nu iets mee kunnen, voor regiegroep, gebieden en groepen (TEXT="…" AREA="Tuindorp"; MAIL=1 mailt het ook aan de beheerders)
	@$(press)

where: $(READY) ## zegt bij welke groep een adres hoort (ADDRESS="Vogelzand 12, Julianadorp")
	@$(press)

schedule: $(READY) ## laat elke dag vanzelf een ronde lopen (AT=20:30), of juist niet meer (OFF=1); het vraagt eerst of het mag
	@$(press)

signs: $(READY) ## mailt elke aanvraag voor borden die klopt, één keer aan de wijkconciërge van het gebied
	@$(press)

test: $(READY_TESTS) ## voor makers: alle snelle proeven
	@$(pytest) -m "not long" $(ARGS)

test-long: $(READY_TESTS) ## voor makers: de proeven die langer duren
	@$(pytest) -m "long or hypothesis" --hypothesis-profile=many $(ARGS)

lint: $(READY_TESTS) ## voor makers: stijl en typen
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check --quiet .
	@$(PY) -m mypy

# In an environment that is thrown away: whoever only looks after a register needs none of it.
audit: $(READY) ## voor makers: kijkt of er in de onderdelen bekende lekken zitten
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	  $(PY) -m venv "$$folder" && audit="$$folder/$(notdir $(BIN))/python" && \
	  "$$audit" $(wheels) pip-audit && \
	  "$$audit" -m pip_audit --progress-spinner off --disable-pip --require-hashes -r requirements.lock -r tests/requirements.lock $(ARGS)

bench: $(READY_TESTS) ## voor makers: meet snelheid en geheugen
	@$(PY) tests/bench/bench.py $(ARGS)

pictures: $(READY) ## voor makers: maakt van alles wat mensen zien een plaatje, in out/pictures
	@$(PY) tests/pictures/take.py $(ARGS)

# The environment, which the launchers make in the same way (scripts/outside/launcher.py). A stamp is set only when
# all is in place, so an interrupted install starts again from nothing; so does a .venv whose Python has gone.
anew: ;

$(READY): requirements.lock $(if $(shell $(PY) -c '' 2>/dev/null && echo ok),,anew)
	@PYTHON='$(PYTHON)' sh ./Buurtbeheer.sh --parts

$(READY_TESTS): tests/requirements.lock $(READY)
	@$(PY) scripts/menu.py --parts tests/requirements.lock && touch $@
