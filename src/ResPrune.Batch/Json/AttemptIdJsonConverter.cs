using System.Text.Json;
using System.Text.Json.Serialization;
using ResPrune.Batch.Batches;

namespace ResPrune.Batch.Json;

internal sealed class AttemptIdJsonConverter : JsonConverter<AttemptId>
{
    public override AttemptId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.GetString() ?? throw new JsonException("An id is null.");
        try
        {
            return AttemptId.Parse(text);
        }
        catch (FormatException exception)
        {
            throw new JsonException(exception.Message, exception);
        }
    }

    public override void Write(Utf8JsonWriter writer, AttemptId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
