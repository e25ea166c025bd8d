# Adds a folder to the PATH of this user, or removes it: user-path.ps1 add|remove FOLDER
# Prints "present" or "absent", which is how it is afterwards. With "show" it changes nothing.
param([Parameter(Mandatory)][ValidateSet('add', 'remove', 'show')][string]$Action, [Parameter(Mandatory)][string]$Folder)
$ErrorActionPreference = 'Stop'
$key = [Microsoft.Win32.Registry]::CurrentUser.CreateSubKey('Environment')
# Unexpanded: %USERPROFILE% and its like stay what they are.
$value = [string]$key.GetValue('Path', '', [Microsoft.Win32.RegistryValueOptions]::DoNotExpandEnvironmentNames)
$entries = @($value.Split(';') | Where-Object { $_ -ne '' })
$wanted = $Folder.TrimEnd('\')
$others = @($entries | Where-Object { $_.TrimEnd('\') -ne $wanted })
$isPresent = $others.Count -ne $entries.Count
if ($Action -ne 'show' -and $isPresent -ne ($Action -eq 'add')) {
  $next = if ($Action -eq 'add') { $entries + $wanted } else { $others }
  $key.SetValue('Path', ($next -join ';'), [Microsoft.Win32.RegistryValueKind]::ExpandString)
  $isPresent = -not $isPresent
  # Setting any variable this way tells running programs that the environment has changed.
  [Environment]::SetEnvironmentVariable('CLAUDE_BRIDGE_PATH_CHANGED', $null, 'User')
}
if ($isPresent) { 'present' } else { 'absent' }
