namespace ResPrune.TinyModel;

public sealed class CommandsTests
{
    [Theory]
    [InlineData("", "Say what to do")]
    [InlineData("dance", "Say what to do")]
    [InlineData("export --out x", "--checkpoint is needed")]
    [InlineData("export --checkpoint x --out y --speed 3", "--speed is unknown")]
    [InlineData("samples --out x --count none", "--count none")]
    [InlineData("samples --out", "--out needs a value")]
    [InlineData("samples x", "'x' is unexpected")]
    [InlineData("samples --out a --out b", "--out is given twice")]
    [InlineData("samples --out x --icons /no/such/folder", "fetch-icons.sh")]
    public void WrongUsageSaysWhatIsWrongAndExitsWithTwo(string line, string expected)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();

        var code = Commands.Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), output, errors);

        Assert.Equal(Commands.UsageError, code);
        Assert.Contains(expected, errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("resprune-tinymodel train", errors.ToString(), StringComparison.Ordinal);
    }
}
