@echo off
rem Runs the bundled command-line tool on the application's own binary, as plain Node. For people at a prompt: MCP
rem clients start the binary itself, since a batch file would keep signals from it.
setlocal
set ELECTRON_RUN_AS_NODE=1
set NODE_OPTIONS=
set NODE_REPL_EXTERNAL_MODULE=
"%~dp0..\..\Claude Bridge.exe" "%~dp0..\app.asar\dist\main\cli.js" %*
exit /b %ERRORLEVEL%
