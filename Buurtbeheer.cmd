@echo off
rem Opens the menu of Buurtbeheer by a double click, or does the word behind it: Buurtbeheer.cmd sync
rem It only finds Python; all else stands in scripts\menu.py.
setlocal
pushd "%~dp0" || goto nofolder
if not exist "scripts\menu.py" goto packed
set "NEW=import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))"
py -3 -c "%NEW%" >nul 2>nul && goto launcher
python -c "%NEW%" >nul 2>nul && goto python
python3 -c "%NEW%" >nul 2>nul && goto python3
echo Buurtbeheer heeft Python 3.11 of nieuwer nodig, en dat is hier niet gevonden.
echo Haal het op bij https://www.python.org/downloads/ en probeer het opnieuw.
echo Hoe dat gaat, staat in de HANDLEIDING bij Voordat u begint.
goto failed

:launcher
py -3 "scripts\menu.py" %*
goto done

:python
python "scripts\menu.py" %*
goto done

:python3
python3 "scripts\menu.py" %*
goto done

:packed
echo Buurtbeheer zit nog in een ingepakte map, of dit bestand staat los van de rest.
echo Klik met rechts op de ingepakte map, kies Alles uitpakken, en dubbelklik daarna in de nieuwe map.
goto failed

:nofolder
echo Windows kan de map van Buurtbeheer niet openen. Zet hem op deze computer zelf, bijvoorbeeld in Documenten.
goto failed

:failed
if "%~1"=="" echo Druk op een toets om te stoppen.
if "%~1"=="" pause >nul
exit /b 2

:done
set "CODE=%ERRORLEVEL%"
popd
exit /b %CODE%
