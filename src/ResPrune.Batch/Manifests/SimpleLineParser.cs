using System.Text.Json;
using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Manifests;

/// <summary>Reads <c>{"id","image","question"}</c>; the sampling fields of an OpenAI body and <c>keep</c> count here too; other fields are carried.</summary>
internal static class SimpleLineParser
{
    public static BatchRequestLine Parse(long number, JsonElement root)
    {
        var id = RequestLineParser.ReadId(number, root, "id", out var fault);
        var image = ReadText(root, "image", out var imageFault);
        var question = ReadText(root, "question", out var questionFault);
        var carried = CarriedFields.Read(root);
        if (id is null) return fault! with { Image = image, Question = question, Carried = carried };
        var (sampling, keep) = ReadOwn(root, out var ownFault);
        return new BatchRequestLine
        {
            LineNumber = number,
            CustomId = id,
            Image = image,
            Question = question,
            Sampling = sampling,
            Keep = keep,
            Carried = carried,
            Fault = imageFault ?? questionFault ?? ownFault ?? (image.Length == 0 ? new RowFault(RowErrorCode.MissingField, "'image' is empty.") : null)
                ?? (string.IsNullOrWhiteSpace(question) ? new RowFault(RowErrorCode.QuestionEmpty, "'question' is empty.") : null),
        };
    }

    private static (SamplingOverride? Sampling, string? Keep) ReadOwn(JsonElement root, out RowFault? fault)
    {
        fault = null;
        try
        {
            OpenAiBodyFields.CheckSimple(root);
            return (OpenAiBodyFields.ReadSampling(root, ""), OpenAiBodyFields.ReadKeep(root, ""));
        }
        catch (UnsupportedRequestException exception)
        {
            fault = new RowFault(exception.Code, exception.Message);
            return default;
        }
    }

    private static string ReadText(JsonElement root, string field, out RowFault? fault)
    {
        var found = root.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null;
        fault = found switch
        {
            false => new RowFault(RowErrorCode.MissingField, $"The line has no '{field}'."),
            true when value.ValueKind != JsonValueKind.String =>
                new RowFault(RowErrorCode.UnsupportedRequest, $"'{field}' is a JSON {RequestLineParser.Name(value)}, not a string."),
            _ => null,
        };
        return fault is null ? value.GetString()! : "";
    }
}
