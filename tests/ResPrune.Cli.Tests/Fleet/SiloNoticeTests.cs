namespace ResPrune.Cli.Tests.Fleet;

/// <summary>A worker says at its start what is unusual about its model's folder.</summary>
public sealed class SiloNoticeTests
{
    [Fact]
    public async Task AWorkerLogsThatTheTemplateDiffersAndWhatIsNotUsed()
    {
        using var fleet = new TestFleet();
        var model = fleet.Place.Model();
        await File.WriteAllTextAsync(Path.Combine(model, "chat_template.jinja"), "{{ '<image>' }}<|assistant|>");
        await File.WriteAllTextAsync(Path.Combine(model, "generation_config.json"), """{"eos_token_id": 2, "num_beams": 4, "repetition_penalty": 1.05}""");
        var silo = fleet.Start("all", "noticing", "--model", model, "--device", "cpu");
        string[] lines =
        [
            "chat_template.jinja: the chat template has no ",
            "generation_config.json asks for num_beams=4, which is not used here",
            "generation_config.json has answers chosen with repetition_penalty=1.05",
        ];
        foreach (var line in lines) await silo.UntilAsync($"'{line}'", () => silo.Error.Contains(line, StringComparison.Ordinal));
    }
}
