using ResPrune.Chaos;

ChaosOptions options;
try
{
    options = ChaosOptions.Parse(args);
}
catch (Exception exception) when (exception is FormatException or ArgumentException)
{
    Console.Error.WriteLine($"chaos: {exception.Message}\n{ChaosOptions.Usage}");
    return 2;
}

var folder = Directory.CreateTempSubdirectory("resprune-chaos-").FullName;
try
{
    var run = new ChaosRun(options, folder, Console.Out);
    await run.RunAsync();
    return run.Bad == 0 ? 0 : 1;
}
finally
{
    Directory.Delete(folder, recursive: true);
}
