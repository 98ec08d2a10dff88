using System.Runtime.InteropServices;

namespace ResPrune.Cli.Running;

/// <summary>Ends the process at once, finishing nothing.</summary>
internal static partial class ProcessExit
{
    /// <summary>Ends it. Not Environment.Exit: that unloads native libraries under the feet of the threads that compute with them.</summary>
    [LibraryImport("libc", EntryPoint = "_exit")]
    public static partial void Now(int status);
}
