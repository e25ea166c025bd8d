; What the Windows installer does beyond its template. Every update runs the old uninstaller first: what a person chose
; must survive that.
!macro customUnInstall
  ${ifNot} ${isUpdated}
    ; PowerShell, because a string of NSIS may be shorter than a PATH.
    nsExec::Exec 'powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File "$INSTDIR\resources\bin\user-path.ps1" remove "$INSTDIR\resources\bin"'
    Pop $0
    DeleteRegValue HKCU "Software\Microsoft\Windows\CurrentVersion\Run" "${APP_ID}"
    DeleteRegValue HKCU "Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run" "${APP_ID}"
  ${endIf}
!macroend
